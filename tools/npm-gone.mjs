// npm hands SIGINT and SIGTERM on to what it has started. When npm itself is hung up on or killed nobody says so, and the program would live on
// unseen, with its port and its folders. It is then told as a terminal tells it.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGHUP");
  }, 500);
  watch.unref();
}
