import type { Host } from './host.js';

/** What is inside a container, for the test kit. */
export const insides = new WeakMap<object, Host>();
