import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Container, service } from '../../lib/index.js';
import type { AnyClass } from '../container/support.js';

// Test runners run what they test in a realm of its own, where `Object` is another one.
it('a class of another realm has its hooks', async () => {
  const log: string[] = [];
  const source = `(class Redis {
    onStart() { log.push('up'); }
    onStop() { log.push('down'); }
  })`;
  const Redis = runInNewContext(source, { log }) as AnyClass;
  service()(Redis);
  const container = new Container();
  await container.boot(Redis);
  await container.stop();
  expect(log).toEqual(['up', 'down']);
});
