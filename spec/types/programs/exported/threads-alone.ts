import { ServiceThread } from 'mode-ts/threads';

export const thread = new ServiceThread({ module: import.meta.url, export: 'Cruncher' });
export const beacon = thread.beacon;
export const picture = thread.beacon.asGraph();
export const waited = thread.wait(Promise.resolve(1));
export const log = thread.log;
