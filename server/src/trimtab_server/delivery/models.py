"""The table of server processes."""

from sqlalchemy import BigInteger, Column, String, Table, Text

from trimtab_server.infra.columns import metadata

# A process writes its own row, all may raise `asked`. A row stays when its process is killed, until
# somebody asks it and gets no answer.
server_node = Table(
    "server_node",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("asked", BigInteger, nullable=False),
    Column("answered", BigInteger, nullable=False),
    Column("heads", Text, nullable=False),
)
