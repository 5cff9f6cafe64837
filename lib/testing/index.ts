/** `mode-ts/testing`: time, history, stand-ins and leaks for tests of services. Works with every test runner. */

export { FakeClock, type FakeClockOptions } from './fake-clock.js';
export { fire } from './fire.js';
export { recordHistory, type EventSource, type History, type HistoryOptions } from './history.js';
export { leaksOf } from './leaks.js';
export { override, type Fake } from './override.js';
export { withClock } from './with-clock.js';
