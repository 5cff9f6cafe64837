// Unable to resolve signature of property decorator when called as an expression.
import { task } from 'mode-ts';

export class Cache {
  @task()
  refresh = 1;
}
