// Property 'drain' does not exist on type '{ close: () => void; }'.
import { Container } from 'mode-ts';

const container = new Container();
container.resource('server', { start: () => ({ close: (): void => undefined }), stop: (value) => value.drain() });
