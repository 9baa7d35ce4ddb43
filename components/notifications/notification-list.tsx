"use client";

import { ChevronLeft, ChevronRight, ChevronsLeft } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState, useTransition } from "react";
import { NOTICE_LABELS } from "@/components/notifications/labels";
import { notificationsAddress } from "@/components/notifications/notifications-address";
import { type Action, attempt } from "@/components/ui/attempt";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import { type Column, StackCell, StackRow, StackTable, Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import { formatQuantity } from "@/lib/format";
import { KEPT_DAYS, tell } from "@/lib/notifications/rules";
import {
  NOTICE_KINDS,
  type NotificationListQuery,
  type NotificationPage,
  type NotificationRow,
  notificationListSchema,
} from "@/lib/notifications/schema";
import { pathsOf } from "@/lib/paths";

type NotificationListProps = {
  list: NotificationPage;
  query: NotificationListQuery;
  /** Until when the person had seen the notifications when the page was made. */
  seenAt: Date;
  tenantSlug: string;
  see: Action<null>;
};

const COLUMNS: readonly Column[] = [
  { label: "When", className: "w-48" },
  { label: "What happened" },
  { label: "What to do next", className: "w-64" },
];

const KIND_OPTIONS = [
  { value: "", label: "All kinds" },
  ...NOTICE_KINDS.map((kind) => ({ value: kind, label: NOTICE_LABELS[kind] })),
];

/** Whoever has the newest in view has seen them all, so the bell counts none. What was new stays marked until the page is left. */
function useSeen(until: Date | undefined, seenAt: Date, see: Action<null>): Date {
  const [before] = useState(seenAt);
  const newest = until && until > seenAt ? until.toISOString() : null;
  useEffect(() => {
    // When it is lost the bell goes on counting, and the next page that is opened says it again.
    if (newest !== null) void attempt(() => see({ until: newest }), "");
  }, [newest, see]);
  return before;
}

export function NotificationList({ list, query, seenAt, tenantSlug, see }: NotificationListProps) {
  const router = useRouter();
  const [isBusy, startTransition] = useTransition();
  const path = pathsOf(tenantSlug).notifications;
  const isNewest = query.kind === undefined && list.newer === null;
  const seenBefore = useSeen(isNewest ? list.rows[0]?.at : undefined, seenAt, see);
  const choose = (kind: string) =>
    startTransition(() => {
      const chosen = notificationListSchema.parse({ kind });
      router.replace(notificationsAddress(path, chosen), { scroll: false });
    });
  return (
    <>
      <div aria-busy={isBusy} className="mb-3 flex flex-wrap gap-2">
        <Select
          aria-label="Kind"
          options={KIND_OPTIONS}
          value={query.kind ?? ""}
          onValueChange={choose}
          className="w-full sm:w-80"
        />
        {query.kind === undefined ? null : (
          <ButtonLink href={path} look="quiet">
            Clear filter
          </ButtonLink>
        )}
      </div>
      {list.rows.length === 0 ? (
        <Panel as="p" role="status" className="px-4 py-14 text-center text-muted">
          {query.kind === undefined
            ? "Nothing was told yet. What ends, breaks or looks wrong will stand here."
            : "Nothing of this kind was told."}
        </Panel>
      ) : (
        <StackTable label="Notifications" columns={COLUMNS} isBusy={isBusy}>
          {list.rows.map((row) => (
            <Row key={row.id} row={row} isNew={row.at > seenBefore} tenantSlug={tenantSlug} />
          ))}
        </StackTable>
      )}
      <div className="flex min-h-14 flex-wrap items-center gap-2 py-2 text-muted">
        <p className="mr-auto tabular-nums">
          {formatQuantity(list.rows.length, "notification")} on this page. They are kept for {KEPT_DAYS} days.
        </p>
        <Pages list={list} query={query} path={path} />
      </div>
    </>
  );
}

function Row({ row, isNew, tenantSlug }: { row: NotificationRow; isNew: boolean; tenantSlug: string }) {
  const { sentence, next, path } = tell(row.notice, tenantSlug);
  return (
    <StackRow>
      <StackCell label="When" className="text-muted">
        <Instant at={row.at} />
      </StackCell>
      <StackCell>
        <p className="wrap-anywhere">
          {isNew ? (
            <>
              <Badge look="accent">New</Badge>{" "}
            </>
          ) : null}
          {sentence}
        </p>
        <Under>
          {NOTICE_LABELS[row.notice.kind]}
          {row.tenantId === null ? " · of the installation" : null}
        </Under>
      </StackCell>
      <StackCell label="Next">
        <Link
          href={path}
          prefetch={false}
          className="rounded-link text-accent underline-offset-2 hover:underline"
        >
          {next}
        </Link>
      </StackCell>
    </StackRow>
  );
}

type PagesProps = Pick<NotificationListProps, "list" | "query"> & { path: string };

function Pages({ list: { older, newer }, query: { kind }, path }: PagesProps) {
  if (older === null && newer === null) return null;
  return (
    <nav aria-label="Pages" className="flex flex-wrap gap-2">
      {newer ? (
        <>
          <ButtonLink href={notificationsAddress(path, { kind })} prefetch={false} size="sm">
            <ChevronsLeft aria-hidden size={14} />
            Newest
          </ButtonLink>
          <ButtonLink href={notificationsAddress(path, { kind, newer })} prefetch={false} size="sm">
            <ChevronLeft aria-hidden size={14} />
            Newer
          </ButtonLink>
        </>
      ) : null}
      {older ? (
        <ButtonLink href={notificationsAddress(path, { kind, older })} prefetch={false} size="sm">
          Older
          <ChevronRight aria-hidden size={14} />
        </ButtonLink>
      ) : null}
    </nav>
  );
}
