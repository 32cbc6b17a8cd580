/** What takes less time than this, in milliseconds, draws no notice that it is waited for. */
export const patienceMs = 150;
