/**
 * Fails the build when a bundle outgrows its budget, naming what weighs most in it. What a bundle
 * shares with others counts as its own, since it is loaded with it.
 */
export function checkBudgets(entries, outputs) {
  let over = false;
  for (const { output, budget } of entries) {
    const files = loadedWith(`dist/${output}`, outputs);
    const bytes = files.reduce((sum, file) => sum + outputs[file].bytes, 0);
    const line = `${output}: ${bytes} bytes of ${budget}`;
    if (bytes > budget) {
      over = true;
      console.error(`✘ over budget  ${line}\n${heaviest(files, outputs).join('\n')}`);
    } else console.log(`  ${line}`);
  }
  if (over) process.exit(1);
}

/** A bundle and what it imports at once, and what that imports. */
function loadedWith(output, outputs, found = new Set()) {
  found.add(output);
  for (const { path, kind } of outputs[output].imports) {
    if (kind === 'import-statement' && outputs[path] && !found.has(path)) {
      loadedWith(path, outputs, found);
    }
  }
  return [...found];
}

function heaviest(files, outputs) {
  return files
    .flatMap((file) => Object.entries(outputs[file].inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 5)
    .map(([name, { bytesInOutput }]) => `      ${bytesInOutput}  ${name}`);
}
