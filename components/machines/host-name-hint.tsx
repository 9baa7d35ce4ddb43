const CODE = "rounded-link border border-line bg-sunken px-1 font-mono text-ink";

/** A standard machine serves one host, and the name is how Latchkey knows it. */
export function HostNameHint() {
  return (
    <>
      Exactly the host’s workstation name. To find it, run <code className={CODE}>hostname</code> on Linux or
      macOS, <code className={CODE}>echo %COMPUTERNAME%</code> on Windows.
    </>
  );
}
