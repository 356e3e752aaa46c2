import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import { repositoryRoot } from '../support/host/paths';

/** Everything that may ship. */
const allowed = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|language-configuration\.json)$/,
  /^dist\/([\w-]+\/)*[\w-]+\.(js|cjs|css|ttf)$/,
  /^dist\/(package\.json|runner\/linux-(x64|arm64))$/,
  /^media\/(icons|walkthrough)\/[\w-]+\.(svg|png)$/,
  /^(schemas|syntaxes)\/[\w.-]+\.json$/,
  /^samples\/[\w.-]+\.(json|md|txt)$/,
  /^samples\/[a-z]\w*\/(mirrorcode\.json|inputs\.jsonl|docs\/.+|cases\/.+|candidates\/.+)$/,
];
const forbidden = /\.(map|stamp|pyc|ts|tsbuildinfo|vsix)$|__pycache__|\.mirrorcode\/|node_modules/;

suite('the package', () => {
  let files: string[];

  suiteSetup(async function () {
    // Listing walks all of the clone, caches included.
    this.timeout(120_000);
    if (!existsSync(path.join(repositoryRoot, 'dist/extension.js'))) {
      console.log('    Skipped: the extension is not built (npm run build).');
      this.skip();
    }
    files = await listFiles({ cwd: repositoryRoot, packageManager: PackageManager.None });
  });

  test('holds nothing but what is meant to ship', () => {
    const strangers = files.filter(
      (file) => forbidden.test(file) || !allowed.some((pattern) => pattern.test(file)),
    );
    assert.deepEqual(strangers, []);
  });

  test('holds every bundle of the build, and what they are given', async () => {
    const table = await readFile(path.join(repositoryRoot, 'scripts/entries.mjs'), 'utf8');
    const named = (pattern: RegExp, place: (name: string) => string) =>
      [...table.matchAll(pattern)].map(([, name = '']) => place(name));
    const bundles = [
      ...named(/output: '([^']+)'/g, (name) => `dist/${name}`),
      ...named(/\bview\('([^']+)'/g, (name) => `dist/media/${name}.js`),
    ];
    const wanted = [
      ...bundles,
      'dist/dockerode.cjs',
      'dist/package.json',
      'dist/runner/linux-x64',
      'language-configuration.json',
      'LICENSE',
      'package.json',
      'schemas/mirrorcode.schema.json',
      'syntaxes/case.tmLanguage.json',
    ];
    assert.ok(bundles.length >= 3);
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
    );
  });

  test('holds what its scripts import', async () => {
    const scripts = files.filter((file) => /^dist\/.*\.js$/.test(file));
    const absent = new Set<string>();
    for (const script of scripts) {
      const text = await readFile(path.join(repositoryRoot, script), 'utf8');
      const imports = text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"(\.{1,2}\/[^"]+\.c?js)"/g);
      for (const [, name = ''] of imports) {
        const imported = path.posix.join(path.posix.dirname(script), name);
        if (!files.includes(imported)) {
          absent.add(`${imported}, for ${script}`);
        }
      }
    }
    assert.deepEqual([...absent], []);
    assert.ok(scripts.length > 5);
  });

  test('holds the samples whole', () => {
    for (const part of ['mirrorcode.json', 'cases/visible', 'cases/hidden', 'candidates', 'docs']) {
      const found = files.some((file) => file.startsWith(`samples/numfmt/${part}`));
      assert.ok(found, `samples/numfmt/${part} does not ship`);
    }
  });
});
