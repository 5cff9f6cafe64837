import { expect, it } from 'vitest';
import { Service } from '../../lib/index.js';
import { boom, settle } from '../lifecycle/support.js';

const DEPTH = 3000;

/** From the root to the youngest. */
function family(): Service[] {
  const line = [new Service()];
  for (let generation = 1; generation < DEPTH; generation += 1) {
    line.push((line[generation - 1] as Service).addDependency(new Service()));
  }
  return line;
}

function states(line: readonly Service[]): string[] {
  return [...new Set(line.map(({ state }) => state))];
}

// Each generation was started and stopped within the call of the one before, until the stack was full.
it('the depth of a family of services is no limit', async () => {
  const line = family();
  const [root] = line as [Service];
  await root.start();
  expect(states(line)).toEqual(['running']);
  await root.stop();
  expect(states(line)).toEqual(['stopped']);
  await root.start();
  line.at(-1)?.crash(boom);
  await settle();
  expect([states(line), new Set(line.map(({ crashReason }) => crashReason))]).toEqual([['crashed'], new Set([boom])]);
});

it('… nor when it is stopped in the middle of its start', async () => {
  const line = family();
  const [root] = line as [Service];
  const started = root.start().catch((error: unknown) => error);
  await new Promise((resolve) => void setImmediate(resolve));
  await root.stop();
  await started;
  expect(states(line).every((state) => state === 'stopped' || state === 'idle')).toBe(true);
});
