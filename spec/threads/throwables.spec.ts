/** Whatever is thrown in a thread, the consequences are those of any other error. */
import { Container, type LifecycleEvent } from 'mode-ts';
import { QueueServiceThread } from 'mode-ts/threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { throwables } from '../properties/throwables.js';
import { settle } from '../support.js';
import type { Throws } from './fixtures/throws.js';
import { atBottom, noThreadIsLeft } from './support.js';

const names = Object.keys(throwables);

function threadThatThrows(): QueueServiceThread<typeof Throws> {
  return new QueueServiceThread({ module: new URL('./fixtures/throws.js', import.meta.url), export: 'Throws' });
}

describe('of a method', () => {
  const thread = threadThatThrows();
  beforeAll(() => thread.start());
  afterAll(() => thread.stop());

  it.each(names)('%s rejects the call, and nothing else', async (name) => {
    const outcome = await thread.call('method', name).then(
      () => 'returned',
      () => 'rejected',
    );
    expect([outcome, thread.state]).toEqual(['rejected', 'running']);
  });

  it.each(names)('%s can be logged', async (name) => {
    await thread.call('logs', name);
    expect(thread.state).toBe('running');
  });
});

describe.each(['crashes', 'throws', 'rejects'] as const)('that %s', (how) => {
  it.each([
    'undefined',
    'null',
    'an error whose stack is a list',
    'an error whose message throws',
    'an error that is its own cause',
    'an error behind a proxy whose traps throw',
  ])('%s crashes the service outside', async (name) => {
    const container = new Container();
    const thread = threadThatThrows();
    const events: LifecycleEvent[] = [];
    container.on((event) => events.push(event));
    await container.boot(container.adopt(thread));
    thread.cast(how, name);
    await atBottom(thread);
    await settle();
    expect([thread.state, container.state]).toEqual(['crashed', 'failed']);
    expect(events.some((event) => event.type === 'container' && event.to === 'failed' && 'error' in event)).toBe(true);
    await noThreadIsLeft();
  });
});
