-- CreateTable
CREATE TABLE "hearing" (
    "id" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "hearing_pkey" PRIMARY KEY ("id")
);
