/** Depth is no limit. */
import { describe, expect, it } from 'vitest';
import { Container, service } from '../../lib/index.js';

const LENGTH = 100_000;

describe(`a chain of ${LENGTH.toLocaleString('en')} services`, () => {
  it('is planned, boots, reports and stops without a stack overflow', { timeout: 60_000 }, async () => {
    let running = 0;
    let top: new (below?: unknown) => object = class {};
    service()(top);
    for (let n = 1; n < LENGTH; n += 1) {
      class Link {
        onStart() {
          running += 1;
        }
        onStop() {
          running -= 1;
        }
      }
      service({ name: `S${String(n)}`, dependsOn: [top] })(Link);
      top = Link;
    }
    const container = new Container();
    expect(container.plan(top).levels.length).toBe(LENGTH);
    await container.boot(top);
    expect([running, container.state, container.health().ready]).toEqual([LENGTH - 1, 'running', true]);
    expect(container.report().criticalChain.length).toBe(LENGTH - 1);
    await container.stop();
    expect([running, container.state]).toEqual([0, 'stopped']);
  });
});
