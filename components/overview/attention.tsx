import { CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { Ago, Until } from "@/components/ui/time";
import type { AttentionList, CredentialInNeed, MachineInNeed, OverviewAttention } from "@/lib/fleet/schema";
import { formatCounted, formatQuantity } from "@/lib/format";
import type { NoticeKind } from "@/lib/notifications/schema";
import { pathsOf } from "@/lib/paths";
import { shortened } from "@/lib/text";

type AttentionProps = {
  attention: OverviewAttention;
  /** How many connected hosts are not heard of. */
  silentHosts: number;
  now: Date;
  tenantSlug: string;
};

/** What somebody should look at now, the most urgent first, each with what to do. */
export function Attention({ attention, silentHosts, now, tenantSlug }: AttentionProps) {
  const { ended, ending, withoutCredential, rehearsed, rotations, webhooksOff } = attention;
  const paths = pathsOf(tenantSlug);
  const lines = [
    ...linesOf(ended, tenantSlug, {
      says: (one) => (
        <>
          {of(one)} expired {<Ago at={one.at} now={now} />}
        </>
      ),
      next: "Look whether its hosts have another",
      more: "more expired within a day",
      kind: "credential.expired",
      look: "danger",
    }),
    ...linesOf(withoutCredential, tenantSlug, {
      says: ({ machineName }) => (
        <>
          <Name>{machineName}</Name> has no live credential
        </>
      ),
      next: "Add a secret or a key",
      more: "more machines have none",
      kind: "machine.without_credential",
      look: "danger",
    }),
    ...(silentHosts === 0
      ? []
      : [
          <Line key="hosts" look="danger" href={`${paths.robots}?state=Unresponsive`} next="See which">
            {formatQuantity(silentHosts, "host")} {silentHosts === 1 ? "does" : "do"} not answer
          </Line>,
        ]),
    ...(webhooksOff === 0
      ? []
      : [
          <Line key="webhooks" href={paths.settings} next="Mend the receiver, then switch it on">
            {formatQuantity(webhooksOff, "webhook")} {webhooksOff === 1 ? "was" : "were"} switched off:
            nothing was taken
          </Line>,
        ]),
    ...linesOf(rotations, tenantSlug, {
      says: (one) => (
        <>
          {of(one)} is rotated away and ends {<Until at={one.at} now={now} />}; hosts are still on it
        </>
      ),
      next: "See which hosts have not moved",
      more: "more rotations wait for hosts",
      kind: "rotation.stuck",
    }),
    ...linesOf(rehearsed, tenantSlug, {
      says: (one) => <>{of(one)} is used although its deletion is being rehearsed</>,
      next: "See whom a deletion would cut",
      more: "more are used although rehearsed",
      kind: "credential.used_although",
    }),
    ...linesOf(ending, tenantSlug, {
      says: (one) => (
        <>
          {of(one)} expires {<Until at={one.at} now={now} />}
        </>
      ),
      next: "Rotate it or move its end",
      more: "more expire within 14 days",
      kind: "credential.expiring",
    }),
  ];
  return (
    <section aria-labelledby="attention">
      <h2 id="attention" className="mb-2 text-base font-semibold">
        Attention
      </h2>
      {lines.length === 0 ? (
        <Panel as="p" className="flex items-center gap-2.5 px-4 py-3 text-muted">
          <CircleCheck aria-hidden size={16} className="shrink-0 text-accent" />
          Nothing needs your attention.
        </Panel>
      ) : (
        <Panel>
          <ul className="divide-y divide-line">{lines}</ul>
        </Panel>
      )}
    </section>
  );
}

type Words<Row> = {
  readonly says: (one: Row) => ReactNode;
  readonly next: string;
  /** Of those that are not named, and the kind of notification that names them. */
  readonly more: string;
  readonly kind: NoticeKind;
  readonly look?: "danger";
};

/** A line for each that is named, each leading to its machine, and one for the others. */
function linesOf<Row extends MachineInNeed & { readonly credentialId?: string }>(
  { count, first }: AttentionList<Row>,
  tenantSlug: string,
  { says, next, more, kind, look }: Words<Row>,
): ReactNode[] {
  const paths = pathsOf(tenantSlug);
  const lines = first.map((one) => (
    <Line
      key={`${kind} ${one.credentialId ?? one.machineId}`}
      look={look}
      href={paths.machine(one.machineId)}
      next={next}
      of={one.machineName}
    >
      {says(one)}
    </Line>
  ));
  const others = count - first.length;
  if (others <= 0) return lines;
  return [
    ...lines,
    <Line
      key={kind}
      look={look}
      href={`${paths.notifications}?kind=${kind}`}
      next="See notifications"
      of={more}
    >
      {formatCounted(others)} {more}
    </Line>,
  ];
}

const of = ({ credentialId, credentialName, machineName }: CredentialInNeed) => (
  <>
    <Name>{credentialName === "" ? credentialId : credentialName}</Name> of <Name>{machineName}</Name>
  </>
);

/** Its beginning: what is to be said of it must stay in view. */
const Name = ({ children }: { children: string }) => (
  <b className="font-semibold wrap-anywhere" title={children}>
    {shortened(children, 60)}
  </b>
);

type LineProps = {
  href: string;
  next: string;
  /** Of which of several lines, for whoever hears the links alone. */
  of?: string;
  look?: "danger" | undefined;
  children: ReactNode;
};

function Line({ href, next, of, look, children }: LineProps) {
  return (
    <li className="flex items-start gap-2.5 px-4 py-2.5">
      <TriangleAlert
        aria-hidden
        size={16}
        className={classes("mt-0.5 shrink-0", look === "danger" ? "text-danger" : "text-brass")}
      />
      <div className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-5">
        <span className="min-w-0">{children}</span>
        <Link href={href} className="shrink-0 text-accent underline-offset-2 hover:underline">
          {next}
          {of === undefined ? null : <span className="sr-only">: {of}</span>}
        </Link>
      </div>
    </li>
  );
}
