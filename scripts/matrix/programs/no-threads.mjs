// in a bundle, a thread has no file to begin with
import assert from 'node:assert/strict';
import { ServiceThread } from 'mode-ts/threads';

const thread = new ServiceThread({ module: 'file:///cruncher.mjs', export: 'Cruncher' });
void assert.rejects(thread.start(), /mode-ts was bundled into the program/).then(() => console.log('right'));
