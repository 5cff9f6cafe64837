/** `mode-ts/testing`: time and history for tests of services. Works with every test runner. */

export { FakeClock, type FakeClockOptions } from './fake-clock.js';
export { recordHistory, type EventSource, type History, type HistoryOptions } from './history.js';
export { withClock } from './with-clock.js';
