using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>What a connection is for.</summary>
internal enum PostgresUse
{
    /// <summary>db-vc's own reading and writing: every name is written with its schema, so nobody's function or table can stand in for another.</summary>
    Own,

    /// <summary>SQL that a user wrote: names are found as in the user's own sessions.</summary>
    User,
}

/// <summary>
/// One connection to one database, never shared, on which every setting is pinned that changes how values or definitions read.
/// Failures of the driver come out as <see cref="DbVcException"/>.
/// </summary>
internal sealed class PostgresConnection : IDisposable
{
    private const int OldestVersion = 13;

    // Values and definitions must read the same whatever the server, the database or the role has set.
    private const string Pins =
        """
        SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1;
        SET bytea_output = 'hex'; SET xmlbinary = 'base64'; SET xmloption = 'content'; SET lc_monetary = 'C'; SET standard_conforming_strings = on;
        SET quote_all_identifiers = off; SET array_nulls = on; SET transform_null_equals = off; SET row_security = off; SET jit = off;
        SET synchronize_seqscans = off;
        SET default_transaction_isolation = 'read committed'; SET default_transaction_deferrable = off; SET client_min_messages = 'warning';
        SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0
        """;

    private readonly NpgsqlDataSource _source;

    private PostgresConnection(NpgsqlDataSource source, string display) =>
        (_source, Native, Display) = (source, source.CreateConnection(), display);

    public NpgsqlConnection Native { get; }

    public string Display { get; }

    /// <summary>Takes it back instead of its being closed; null for one that is used once.</summary>
    public PostgresSpare? Spare { get; set; }

    /// <summary>The server's, for example 15 or 18.</summary>
    public int MajorVersion => Native.PostgreSqlVersion.Major;

    /// <summary>Connects. Waiting for any lock ends after <paramref name="lockTimeout"/> with kind Locked; null waits for ever.</summary>
    public static PostgresConnection Open(PostgresAddress address, PostgresUse use = PostgresUse.Own, TimeSpan? lockTimeout = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(address.Settings.ConnectionString)
        {
            Pooling = false,
            Enlist = false,
            ApplicationName = "db-vc",
            CommandTimeout = 0,
            ReadBufferSize = 64 << 10,
            WriteBufferSize = 64 << 10,
            // Names the row of a broken constraint.
            IncludeErrorDetail = true,
        };
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity();
        // No catalogue of types is read at connect: values go as integers, floats, bytes and text alone.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        var connection = new PostgresConnection(builder.Build(), address.Display);
        try
        {
            connection.Guard(connection.Native.Open);
            if (connection.MajorVersion < OldestVersion)
            {
                throw PostgresError.NotPostgres(address.Display, $"it is version {connection.Native.PostgreSqlVersion}");
            }

            connection.Execute(connection.Pin(use, lockTimeout));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements of our own.</summary>
    public void Execute(string sql) => Guard(() =>
    {
        using var command = new NpgsqlCommand(sql, Native);
        command.ExecuteNonQuery();
    });

    /// <summary>Runs one statement with parameters <c>$1 …</c>; text goes as text. Returns the number of rows it touched.</summary>
    public int Execute(string sql, params IEnumerable<string?> values) => Guard(() =>
    {
        using var command = Prepare(sql, values);
        return command.ExecuteNonQuery();
    });

    /// <summary>All rows of a query.</summary>
    public List<T> Read<T>(string sql, Func<NpgsqlDataReader, T> read, params IEnumerable<string?> values) => Guard(() =>
    {
        var rows = new List<T>();
        using var command = Prepare(sql, values);
        using var reader = command.ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    });

    /// <summary>The first value of the first row as text; null if there is no row or it is NULL.</summary>
    public string? ReadText(string sql, params IEnumerable<string?> values) =>
        Read(sql, row => row.IsDBNull(0) ? null : row.GetString(0), values).FirstOrDefault();

    /// <summary>Runs something on the driver; its failures come out as ours.</summary>
    public T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (PostgresError.Translate(failure, Display) is { } translated)
        {
            throw translated;
        }
    }

    /// <inheritdoc cref="Guard{T}(Func{T})"/>
    public void Guard(Action action) => Guard(() =>
    {
        action();
        return 0;
    });

    /// <summary>Ends what is open. False if it cannot be used any more.</summary>
    public bool TryEnd() => TryExecute("ROLLBACK");

    /// <summary>Makes it as a new one, whatever the transactions before have left set. False if it was lost meanwhile.</summary>
    public bool TryRenew(TimeSpan? lockTimeout) => TryExecute("RESET ROLE; RESET ALL; " + Pin(PostgresUse.Own, lockTimeout));

    public void Dispose()
    {
        if (Spare is { } spare) spare.Keep(this);
        else Close();
    }

    /// <summary>For good.</summary>
    public void Close()
    {
        try
        {
            Native.Dispose();
            _source.Dispose();
        }
        catch (Exception failure) when (PostgresError.Translate(failure, Display) is not null)
        {
            // Closing what is lost already; the server undoes what was not committed.
        }
    }

    private bool TryExecute(string sql)
    {
        try
        {
            Execute(sql);
            return true;
        }
        catch (Exception failure) when (failure is DbVcException or InvalidOperationException or NpgsqlException)
        {
            return false;
        }
    }

    private NpgsqlCommand Prepare(string sql, IEnumerable<string?> values)
    {
        var command = new NpgsqlCommand(sql, Native);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value is null ? DBNull.Value : value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        }

        return command;
    }

    private string Pin(PostgresUse use, TimeSpan? lockTimeout)
    {
        var pins = Pins;
        if (use == PostgresUse.Own) pins += "; SET search_path = ''";
        if (MajorVersion >= 17) pins += "; SET transaction_timeout = 0";
        return pins + $"; SET lock_timeout = {Milliseconds(lockTimeout)}";
    }

    private static long Milliseconds(TimeSpan? timeout) =>
        timeout is { } wait ? Math.Clamp((long)Math.Ceiling(wait.TotalMilliseconds), 1, int.MaxValue) : 0;
}
