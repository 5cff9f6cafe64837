/** What the programs beside this declare their services with. */
import { Service, service, token } from 'mode-ts';

@service()
export class Redis extends Service {
  incrBy(key: string, by: number): number {
    return key.length + by;
  }
}

@service()
export class Mail extends Service {
  send(to: string): void {
    this.log.info(to);
  }
}

export interface Pool {
  query(sql: string): Promise<unknown[]>;
  end(): Promise<void>;
}

export const POOL = token<Pool>('pool');
export const URL = Symbol('url');
export declare const pool: Pool;
