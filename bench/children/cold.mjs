/** Boots and stops a chain of three services, as a whole process: `<contestant>`. */
import { graphOf } from '../workloads.mjs';

const { declare } = await import(`../contestants/${process.argv[2]}.mjs`);
const program = declare(graphOf('chain', 3), { start() {}, stop() {} });
await program.register();
await program.start();
await program.stop();
