const assert = require('node:assert/strict');

async function main() {
  for (const entry of ['mode-ts', 'mode-ts/worker', 'mode-ts/graph', 'mode-ts/threads', 'mode-ts/testing']) {
    const required = require(entry);
    const imported = await import(entry);
    assert(Object.keys(imported).length > 0, `${entry} exports nothing`);
    for (const name of Object.keys(required)) assert.equal(required[name], imported[name], `${name} of ${entry}`);
  }
  assert.equal(require('mode-ts/package.json').name, 'mode-ts');
}
void main();
