import { FakeClock, recordHistory, withClock } from 'mode-ts/testing';

export const clock = new FakeClock();
export const timer = clock.setTimer;
export const record = (source: Parameters<typeof recordHistory>[0]) => recordHistory(source);
export const take = withClock;
