/**
 * The steps of a run, in order: `import * as Phase`. Constants of their own, which the build puts in where they are used, since
 * every step compares with several of them.
 */
export const First = 0;
export const Start = 1;
export const Children = 2;
export const Begin = 3;
export const Started = 4;
/** Here it rests until somebody ends it. */
export const Up = 5;
export const Stop = 6;
export const ChildrenDown = 7;
export const Holds = 8;
export const Tasks = 9;
export const Release = 10;
export const Shutdown = 11;
/** Once more, of what onShutdown acquired. */
export const LastRelease = 12;
export const Down = 13;

/** Any of them. */
export type Any = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13;
