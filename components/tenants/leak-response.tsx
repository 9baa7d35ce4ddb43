import { LEAK_LABELS } from "@/components/tenants/leak-labels";
import { LeakResponseForm } from "@/components/tenants/leak-response-form";
import type { Action } from "@/components/ui/attempt";
import { Panel } from "@/components/ui/panel";
import type { LeakResponse } from "@/lib/tenants/schema";

type LeakResponseSectionProps = { response: LeakResponse; canChange: boolean; choose: Action<null> };

/** What happens by itself to a secret that is reported as leaked. */
export function LeakResponseSection({ response, canChange, choose }: LeakResponseSectionProps) {
  return (
    <section aria-labelledby="leak-response" className="max-w-5xl">
      <h2 id="leak-response" className="text-base font-semibold">
        Leaked secrets
      </h2>
      <p className="mb-3 text-muted">
        Anybody who finds a client secret can report it at <code>/api/identity/leaks</code>, GitHub’s secret
        scanning too. When the value is right and the secret live, this happens at once, and people are told.
      </p>
      <Panel className="p-5">
        {canChange ? (
          <LeakResponseForm response={response} choose={choose} />
        ) : (
          <>
            <p className="font-medium">{LEAK_LABELS[response].label}</p>
            <p className="text-small text-muted">{LEAK_LABELS[response].hint}</p>
          </>
        )}
      </Panel>
    </section>
  );
}
