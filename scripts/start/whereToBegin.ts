/** What somebody who sees the window for the first time does next. */
export const whereToBegin =
  'Begin with the MirrorCode view, the last icon of the bar on the left; "Five minutes" in README.md goes on from there.';
