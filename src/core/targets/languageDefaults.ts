import type { Language, LanguageSetup } from './target';

/** How each language is called by people. */
export const languageTitles: Readonly<Record<Language, string>> = {
  python: 'Python',
  c: 'C',
  go: 'Go',
  rust: 'Rust',
  ocaml: 'OCaml',
  ada: 'Ada',
};

/** File names that are source code of a language, for `SOURCES` and for watching a candidate. */
export const sourceExtensions: Readonly<Record<Language, readonly string[]>> = {
  python: ['.py'],
  c: ['.c'],
  go: ['.go'],
  rust: ['.rs'],
  ocaml: ['.mli', '.ml'],
  ada: ['.ads', '.adb'],
};

/** Assignments for a shell: no network, no C. */
export const goEnvironment = 'GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0';

const builtProgram = ['{out}'];

/**
 * The build and run lines of MirrorCode's six languages: standard library only, no network. A
 * candidate's folder holds its sources at its top or below `src/`.
 */
const defaults: Readonly<Record<Language, LanguageSetup>> = {
  // A package `<program>/__main__.py`, run as `python3 -m`. Compiling it once spares every case
  // the work; what does not compile is told when it runs, as without this step.
  python: {
    build: 'python3 -m compileall -q --invalidation-mode unchecked-hash . || true',
    run: ['python3', '-m', '{program}'],
    env: { PYTHONPATH: '{candidate}:{candidate}/src' },
  },
  c: { build: 'gcc -std=gnu17 -O2 -o "$OUT" $SOURCES -lm', run: builtProgram },
  go: {
    build:
      `export ${goEnvironment}; ` +
      'if [ -d src ] && [ ! -f go.mod ]; then cd src; fi; ' +
      '[ -f go.mod ] || go mod init "$PROGRAM"; go build -buildvcs=false -o "$OUT" .',
    run: builtProgram,
  },
  // Cargo where there is a manifest (offline: no crates), else the one file.
  rust: {
    build:
      'export CARGO_HOME=/tmp/cargo CARGO_TARGET_DIR=/tmp/target; ' +
      'if [ -f Cargo.toml ]; then cargo build --release --offline --quiet && ' +
      'cp "/tmp/target/release/$PROGRAM" "$OUT"; ' +
      'elif [ -f src/main.rs ]; then rustc --edition 2021 -O -o "$OUT" src/main.rs; ' +
      'else rustc --edition 2021 -O -o "$OUT" main.rs; fi',
    run: builtProgram,
  },
  // Modules in the order in which they need each other; the libraries that come with OCaml.
  ocaml: {
    build:
      'ocamlopt -O2 -w -a -I +unix -I +str unix.cmxa str.cmxa -I . -I src -o "$OUT" ' +
      '$(ocamldep -sort -I . -I src $SOURCES)',
    run: builtProgram,
  },
  ada: {
    build:
      'main="$PROGRAM.adb"; for f in "src/$PROGRAM.adb" main.adb src/main.adb; do ' +
      '[ -f "$main" ] || main="$f"; done; gnatmake -q -O2 -D /tmp -aIsrc -o "$OUT" "$main"',
    run: builtProgram,
  },
};

/** A language's lines, with what a manifest says instead. */
export function languageSetup(
  language: Language,
  overrides: { readonly [K in keyof LanguageSetup]?: LanguageSetup[K] | undefined } = {},
): LanguageSetup {
  const usual = defaults[language];
  return {
    build: overrides.build ?? usual.build,
    run: overrides.run ?? usual.run,
    env: { ...usual.env, ...overrides.env },
    ...(overrides.image === undefined ? {} : { image: overrides.image }),
  };
}
