using DbVc.Model;
using Npgsql;
using NpgsqlTypes;

namespace DbVc.Databases;

/// <summary>A temporary table of one row: the server itself says what a column keeps.</summary>
internal sealed class PostgresColumnStore : IColumnStore
{
    private readonly Column _column;
    private readonly PostgresScratch? _scratch;

    public PostgresColumnStore(ServerAddress? server, Column column)
    {
        _column = column with { Name = "c", Nullable = true, DefaultSql = null, GeneratedSql = null, Generated = false };
        if (server is null) return;
        _scratch = PostgresScratch.Open(server);
        // A type of the user's own is not known here; its text is what it keeps.
        if (_scratch.Try($"CREATE TEMPORARY TABLE pg_temp._dbvc_store ({PostgresTableComposer.ColumnText(_column)}) ON COMMIT DROP")
            && _scratch.Try("INSERT INTO pg_temp._dbvc_store VALUES (NULL)")) return;
        _scratch.Dispose();
        _scratch = null;
    }

    public Value Store(Value value)
    {
        var kind = PostgresTypes.KindOf(_column.DeclaredType);
        if (value.IsNull || (value.Kind == kind && _column.DeclaredType is "text" or "bigint" or "double precision" or "bytea")) return value;
        if (_scratch is null) return kind == ValueKind.Text && value.Kind is ValueKind.Integer or ValueKind.Real ? Value.Text(value.ToString()) : value;
        var kept = value;
        PostgresAttempt.Run(_scratch.Connection, () => kept = Ask(value), _ => true);
        return kept;
    }

    public void Dispose() => _scratch?.Dispose();

    private Value Ask(Value value)
    {
        var cast = PostgresTypes.CastOf(_column.DeclaredType);
        var given = value.Kind == ValueKind.Blob && PostgresTypes.KindOf(_column.DeclaredType) == ValueKind.Blob ? "$1" : $"$1::text::{cast}";
        _scratch!.Connection.Guard(() =>
        {
            using var command = new NpgsqlCommand($"UPDATE pg_temp._dbvc_store SET c = {given}", _scratch.Connection.Native);
            command.Parameters.Add(value.Kind switch
            {
                ValueKind.Integer => new NpgsqlParameter { Value = value.AsInteger, NpgsqlDbType = NpgsqlDbType.Bigint },
                ValueKind.Real => new NpgsqlParameter { Value = value.AsReal, NpgsqlDbType = NpgsqlDbType.Double },
                ValueKind.Blob => new NpgsqlParameter { Value = value.AsBytes.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea },
                _ => new NpgsqlParameter { Value = value.AsText, NpgsqlDbType = NpgsqlDbType.Text },
            });
            command.ExecuteNonQuery();
        });
        return PostgresStage.Read(_scratch.Connection, $"SELECT {PostgresApplySql.Exact(_column, "t")} FROM pg_temp._dbvc_store t",
            [PostgresApplySql.StageReading(_column)])[0][0];
    }
}
