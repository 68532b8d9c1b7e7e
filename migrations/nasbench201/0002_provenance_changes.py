"""The provenance tells what was put right in a source's values."""


def up(migrator, db):
    db.execute_sql('ALTER TABLE "provenance" ADD COLUMN "changes" TEXT')
