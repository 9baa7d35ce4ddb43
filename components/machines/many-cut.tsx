import { CutBox } from "@/components/hosts/cut-hosts";
import type { ManyPreview } from "@/components/machines/many-actions";
import { ScrollBox } from "@/components/ui/scroll-box";
import { formatCount, formatNames, formatQuantity } from "@/lib/format";

type ManyCutProps = {
  preview: ManyPreview | null;
  /** Nothing is cut now: the hosts have to move later. */
  moves?: boolean;
};

/** What a deed on many machines will cut: counted, and the first by name. */
export function ManyCut({ preview, moves = false }: ManyCutProps) {
  return (
    <CutBox>
      {preview === null ? (
        <p className="text-muted">Asking what is connected…</p>
      ) : preview.hosts.count === 0 ? (
        <p>Nothing is connected as these machines right now.</p>
      ) : (
        <Hanging {...preview} moves={moves} />
      )}
    </CutBox>
  );
}

function sentence({ hosts, jobs }: Pick<ManyPreview, "hosts" | "jobs">, moves: boolean): string {
  if (moves) return `${formatQuantity(hosts.count, "connected host")} to move to the new secrets:`;
  const stopped =
    jobs.count === 0 ? "; no job runs there:" : ` and ${formatQuantity(jobs.count, "running job")} stopped:`;
  return `${formatQuantity(hosts.count, "host")} will be disconnected${stopped}`;
}

function Hanging({ hosts, jobs, moves }: Pick<ManyPreview, "hosts" | "jobs"> & { moves: boolean }) {
  const more = hosts.count - hosts.names.length;
  const runningOn = (name: string) => [
    ...new Set(jobs.first.filter(({ hostName }) => hostName === name).map(({ processName }) => processName)),
  ];
  return (
    <>
      <p className="font-medium">{sentence({ hosts, jobs }, moves)}</p>
      <ScrollBox label={moves ? "Hosts to move" : "Hosts to be disconnected"} className="mt-1 max-h-32">
        <ul>
          {hosts.names.map((name, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: hosts of several machines may have one name, and the list never changes
            <li key={index} className="break-words">
              <span className="font-mono text-small">{name}</span>
              {runningOn(name).length > 0 ? (
                <span className="text-muted"> runs {formatNames(runningOn(name))}</span>
              ) : null}
            </li>
          ))}
          {more > 0 ? <li className="text-muted">and {formatCount(more)} more</li> : null}
        </ul>
      </ScrollBox>
    </>
  );
}
