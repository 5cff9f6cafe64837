// 'timeout' does not exist in type 'ServiceOptions<readonly InjectOption[]>'.
import { service } from 'mode-ts';

@service({ timeout: '1s' })
export class Cache {}
