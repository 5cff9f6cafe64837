import { Worker } from 'mode-ts/worker';

export const worker = (...options: ConstructorParameters<typeof Worker>) => new Worker(...options);
export const targets = (...[target]: ConstructorParameters<typeof Worker>) => target;
export const hosts = (...[, options]: ConstructorParameters<typeof Worker>) => options;
