import type { ReactNode } from "react";

type NoticePageProps = { picture: ReactNode; title: string; children: ReactNode; buttons?: ReactNode };

/** A page with one thing to say: nothing here, something failed, whom to ask. */
export function NoticePage({ picture, title, children, buttons }: NoticePageProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-start gap-3 px-1 py-10">
      <div className="mb-2 text-edge">{picture}</div>
      <h1 className="text-xl leading-7 font-semibold tracking-title">{title}</h1>
      <div className="flex flex-col gap-2 text-muted">{children}</div>
      {buttons ? <div className="mt-3 flex flex-wrap gap-2">{buttons}</div> : null}
    </div>
  );
}
