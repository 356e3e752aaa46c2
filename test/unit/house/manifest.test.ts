import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../../../src/extension/tables/commands';
import { contextKeys, testMessageContexts } from '../../../src/extension/tables/contextKeys';
import { restrictedSettings, settingDefaults } from '../../../src/extension/tables/settings';
import { itemContexts, viewContainer, views } from '../../../src/extension/tables/views';
import { repositoryRoot } from '../../support/host/paths';
import { serverVersions, vscodeVersion } from '../../support/host/versions';

interface Setting {
  readonly default?: unknown;
  readonly scope?: string;
  readonly markdownDescription?: string;
  readonly order?: number;
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
}

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
}

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Readonly<
      Record<string, readonly { command?: string; when?: string; group?: string }[]>
    >;
    readonly customEditors: readonly { readonly viewType: string }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string; icon?: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly configuration: readonly {
      readonly title: string;
      readonly properties: Readonly<Record<string, Setting>>;
    }[];
  };
}

const text = readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;
const sorted = (values: Iterable<string>) => [...values].sort();

/** Every string of the manifest that `pattern` finds, its first group. */
const allOf = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

suite('the manifest and the tables', () => {
  test('declare the same commands', () => {
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual(sorted(declared), sorted(Object.values(commands)));
  });

  test('every command has the category, and a title that no other has in the palette', () => {
    const hidden = new Set(
      contributes.menus['commandPalette']?.map(({ command, when }) => when === 'false' && command),
    );
    const titles = contributes.commands
      .filter(({ command }) => !hidden.has(command))
      .map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length, sorted(titles).join(', '));
    for (const { command, title, category } of contributes.commands) {
      assert.equal(category, 'MirrorCode', command);
      assert.match(title, /^[A-Z][^.]*…?$/, command);
    }
  });

  test('menus and links name commands that exist', () => {
    const known = new Set<string>(Object.values(commands));
    const inMenus = Object.values(contributes.menus)
      .flat()
      .flatMap(({ command }) => command ?? []);
    const linked = allOf(/\(command:(mirrorcode\.[\w.]+)/g);
    const completing = allOf(/"onCommand:(mirrorcode\.[\w.]+)"/g);
    const unknown = [...inMenus, ...linked, ...completing].filter((id) => !known.has(id));
    assert.deepEqual(unknown, []);
    assert.ok(inMenus.length > 0 && linked.length > 0);
  });

  test('declare the same container and views', () => {
    const [container, ...others] = contributes.viewsContainers.activitybar;
    assert.deepEqual([container?.id, others.length], [viewContainer, 0]);
    const declared = contributes.views[viewContainer]?.map(({ id }) => id) ?? [];
    assert.deepEqual(sorted(declared), sorted(Object.values(views)));
  });

  test('what a row’s button does stands in its menu as well, for the keyboard', () => {
    const rows = contributes.menus['view/item/context'] ?? [];
    const isButton = ({ group = '' }: { group?: string }) => group.startsWith('inline');
    const inMenus = new Set(rows.filter((row) => !isButton(row)).map(({ command }) => command));
    assert.deepEqual(
      rows.filter(isButton).flatMap(({ command }) => (inMenus.has(command) ? [] : [command])),
      [],
    );
  });

  test('every view says what to do while it is empty', () => {
    const welcomed = new Set(contributes.viewsWelcome.map(({ view }) => view));
    assert.deepEqual(sorted(welcomed), sorted(Object.values(views)));
  });

  test('when clauses read context keys, views and items that exist', () => {
    const known = new Set<string>([
      ...contextKeys,
      ...Object.values(views),
      ...Object.values(itemContexts),
      ...Object.values(testMessageContexts),
      ...contributes.customEditors.map(({ viewType }) => viewType),
    ]);
    const clauses = [
      ...Object.values(contributes.menus)
        .flat()
        .flatMap(({ when }) => when ?? []),
      ...allOf(/"when": "((?:[^"\\]|\\.)*)"/g),
      ...allOf(/"onContext:([^"]*)"/g),
    ];
    const names = clauses.flatMap((clause) => clause.match(/\bmirrorcode\.[\w.]+/g) ?? []);
    assert.deepEqual(
      names.filter((name) => !known.has(name)),
      [],
    );
    const unread = contextKeys.filter((key) => !names.includes(key));
    assert.deepEqual(unread, [], 'context keys that no clause reads');
  });

  test('declare the same settings, with the same defaults', () => {
    const declared = contributes.configuration.flatMap(({ properties }) =>
      Object.entries(properties).map(([id, setting]) => [id, setting.default] as const),
    );
    const expected = Object.entries(settingDefaults).map(
      ([name, value]) => [`mirrorcode.${name}`, value] as const,
    );
    assert.deepEqual(Object.fromEntries(declared), Object.fromEntries(expected));
  });

  test('every setting is described, placed and scoped', () => {
    for (const { properties } of contributes.configuration) {
      for (const [id, setting] of Object.entries(properties)) {
        assert.ok((setting.markdownDescription ?? '').length > 20, `${id} has no description`);
        assert.ok(setting.scope, `${id} has no scope`);
        assert.equal(typeof setting.order, 'number', `${id} has no place`);
        assert.equal(setting.enumDescriptions?.length, setting.enum?.length, id);
      }
    }
  });

  test('restrict the same settings while the workspace is not trusted', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    const expected = restrictedSettings.map((name) => `mirrorcode.${name}`);
    assert.deepEqual(sorted(restrictedConfigurations), sorted(expected));
  });

  test('every file that the manifest names is there', () => {
    const named = allOf(/"((?:\.\/)?(?:media|syntaxes|schemas)\/[^"]+|\.\/language[^"]+)"/g);
    const absent = named.filter((file) => !existsSync(path.join(repositoryRoot, file)));
    assert.deepEqual(absent, []);
    assert.ok(named.length > 5);
  });

  test('the oldest VS Code that is promised is the one that tests run in', () => {
    const floor = manifest.engines.vscode.replace('^', '').split('.', 2).join('.');
    assert.equal(vscodeVersion(serverVersions.floor).split('.', 2).join('.'), floor);
    // Newer types would let through what the oldest VS Code does not have.
    const types = path.join(repositoryRoot, 'node_modules/@types/vscode/package.json');
    const { version } = JSON.parse(readFileSync(types, 'utf8')) as { version: string };
    assert.equal(version.split('.', 2).join('.'), floor);
  });
});
