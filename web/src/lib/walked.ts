/** The question and the place from which a model was opened, so that its page can go on to the next one. */

export interface Walked {
  asked: string;
  index: number;
  total: number;
}

let now: Walked | undefined;

export const walked = {
  get: () => now,
  set(next: Walked | undefined) {
    now = next;
  },
};
