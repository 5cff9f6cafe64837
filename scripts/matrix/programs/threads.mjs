import assert from 'node:assert/strict';
import { QueueServiceThread } from 'mode-ts/threads';

const thread = new QueueServiceThread({ module: new URL('./cruncher.mjs', import.meta.url), export: 'Cruncher' });
await thread.start();
assert.equal(await thread.call('square', 12), 144);
await thread.stop();
console.log('right');
