import type { Container } from '../container/container.js';
import type { Host } from '../container/host.js';
import { insides } from '../container/inside.js';
import type { Lifecycle } from '../lifecycle/lifecycle.js';

/** @throws TypeError for what is no container of this package */
export function inside(container: Container, what: string): Host {
  const host = insides.get(container);
  if (host !== undefined) return host;
  throw new TypeError(`${what} takes a Container of mode-ts, and this is none\n  → Give the container that is tested.`);
}

/** Every service that a container has met, each followed by its children. */
export function servicesOf(host: Host): Lifecycle[] {
  const rest = [...host.engine.units].reverse().flatMap(({ lifecycle }) => lifecycle ?? []);
  const all: Lifecycle[] = [];
  for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
    all.push(at);
    rest.push(...[...at.children].reverse());
  }
  return all;
}
