"""CREATE and DROP DATABASE."""

from __future__ import annotations

from simk8s.mysql import myisam
from simk8s.mysql.column import COLLATIONS
from simk8s.mysql.engine.commit import log_statement
from simk8s.mysql.engine.evaluation import Evaluation
from simk8s.mysql.engine.permission import require_on_database
from simk8s.mysql.engine.session import Done, Result
from simk8s.mysql.errors import MySQLError
from simk8s.mysql.sql import statement as st
from simk8s.mysql.sql.column_definition import known_charset
from simk8s.mysql.step import Steps
from simk8s.mysql.table import file_name, path_of

_MAX_NAME = 64


def create_database(context: Evaluation, statement: st.CreateDatabase, text: str) -> Steps[Result]:
    """Make the directory, then `db.opt` in it, then log it with the new database as the current one (REPL-6)."""
    server, session, name = context.server, context.session, statement.name
    if not name or len(name) > _MAX_NAME or name.endswith(" "):
        raise MySQLError(1102, name)
    require_on_database(server, session, "CREATE", name)
    charset = known_charset(statement.charset) if statement.charset else str(server.options.get("character_set_server"))
    if server.catalog.has_database(name):
        if not statement.if_not_exists:
            raise MySQLError(1007, name)
        session.note(1007, name)
    else:
        directory = file_name(name)
        yield from server.directory.mkdir(directory)
        yield from server.directory.write(f"{directory}/db.opt", database_options(charset))
    yield from log_statement(server, session, text, database=name, updated=(name,))
    server.count("Com_create_db")
    return Done(1)


def drop_database(context: Evaluation, statement: st.DropDatabase, text: str) -> Steps[Result]:
    """Drop table after table, then `db.opt` and the directory. Raises 1008, or 1010 where other files are left."""
    server, session, name = context.server, context.session, statement.name
    require_on_database(server, session, "DROP", name)
    if not server.catalog.has_database(name):
        if not statement.if_exists:
            raise MySQLError(1008, name)
        session.note(1008, name)
        yield from log_statement(server, session, text, database=name, updated=(name,))
        return Done()
    directory = file_name(name)
    tables = server.catalog.tables(name)
    for table in tables:
        yield from server.wait_for_users(session, name, table)
    for table in tables:
        yield from drop_files(context, name, table)
    yield from server.directory.unlink(f"{directory}/db.opt")
    if server.directory.names(directory):
        raise MySQLError(1010, name)
    yield from server.directory.rmdir(directory)
    yield from log_statement(server, session, text, database=name, updated=(name,))
    for other in server.sessions.values():
        if other.database == name and other is session:
            other.database = ""
    return Done(len(tables))


def drop_files(context: Evaluation, database: str, table: str) -> Steps[None]:
    """Drop one table: the storage engine's part, then the `.frm`."""
    server = context.server
    path = path_of(database, table)
    engine = ""
    if not server.catalog.is_view(database, table):
        try:
            engine = server.catalog.definition(database, table).engine
        except MySQLError:
            engine = "InnoDB" if server.innodb.knows(path) else ""
    if engine == "InnoDB" and server.innodb.knows(path):
        yield from server.innodb.drop(path)
    elif engine in myisam.FILES:
        yield from myisam.drop(server.directory, path, engine)
    server.catalog.forget(database, table)
    yield from server.directory.unlink(f"{path}.frm")


def database_options(charset: str) -> bytes:
    """The content of `db.opt`."""
    return f"default-character-set={charset}\ndefault-collation={COLLATIONS[charset]}\n".encode()
