import { Container, Service, service } from 'mode-ts';

class Db extends Service {}
service()(Db);

export const main = (): Promise<Db> => new Container().boot(Db);
