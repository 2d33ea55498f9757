// ava runs test files in worker threads, where process.env is a copy that native code does not see. Setting the
// variable here, in the main process, reaches both.
process.env.HEBB_NUM_THREADS ??= '2';

export default {
  files: ['build-ts/test/**/*.test.js'],
  concurrency: 2,
  timeout: '5m',
};
