/** The product's sign at the size of a wall: the plate, its keyhole, and the bolt that reaches into the page. */
export function LockPlate() {
  return (
    <div aria-hidden="true" className="sticky top-0 hidden h-dvh bg-plate lg:block">
      <span className="absolute top-1/2 right-full h-28 w-9 -translate-y-1/2 rounded-l-control bg-brass-line" />
      <svg
        aria-hidden="true"
        viewBox="0 0 100 160"
        className="absolute inset-0 m-auto h-[min(22rem,44vh)] fill-plate-hole"
      >
        <path d="M50 0a42 42 0 0 1 23.500 76.800L86 160H14l12.500-83.200A42 42 0 0 1 50 0Z" />
      </svg>
    </div>
  );
}
