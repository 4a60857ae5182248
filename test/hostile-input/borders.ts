// Every border of the house that strangers can reach. A new border is a row here.
import type { Border } from './border.ts';
import { ruleBorders } from './borders/rules.ts';

export const borders: readonly Border[] = [...ruleBorders];
