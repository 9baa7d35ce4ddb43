import { AlertTriangle, Info, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";

const LOOKS = {
  danger: { box: "border-danger-line bg-danger-soft", mark: "text-danger", Icon: AlertTriangle },
  brass: { box: "border-brass-line bg-brass-soft", mark: "text-brass", Icon: KeyRound },
  note: { box: "border-line bg-sunken", mark: "text-muted", Icon: Info },
} as const;

type BannerProps = {
  look: keyof typeof LOOKS;
  /** `alert` interrupts a screen reader: for answers to something the person just did. */
  role?: "alert" | "status";
  id?: string;
  className?: string | undefined;
  children: ReactNode;
};

export function Banner({ look, role, id, className, children }: BannerProps) {
  const { box, mark, Icon } = LOOKS[look];
  return (
    <div
      id={id}
      role={role}
      className={classes("flex gap-2.5 rounded-control border px-3 py-2 text-ink", box, className)}
    >
      <Icon aria-hidden size={16} className={classes("mt-[3px] shrink-0", mark)} />
      <div className="min-w-0 flex-1 break-words">{children}</div>
    </div>
  );
}

/** Why something that a person did has failed; nothing while nothing did. */
export function Alert({ className, children }: Pick<BannerProps, "className" | "children">) {
  if (children === null) return null;
  return (
    <Banner look="danger" role="alert" className={className}>
      {children}
    </Banner>
  );
}
