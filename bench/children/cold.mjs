/** Boots and stops a chain of three services, as a whole process: `<contestant>`. */
import { graphOf } from '../workloads.mjs';

const { contestant } = await import(`../contestants/${process.argv[2]}.mjs`);
const program = contestant(graphOf('chain', 3), { start() {}, stop() {} });
program.declare();
await program.register();
await program.start();
await program.stop();
