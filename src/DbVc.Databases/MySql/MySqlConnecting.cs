using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Connects and pins all that could make two sessions read one database differently.</summary>
internal static unsafe class MySqlConnecting
{
    private const nuint FoundRows = 2;
    private const uint ProtocolTcp = 1;
    private const uint ProtocolSocket = 2;
    private const uint LargestPacket = 1 << 30;

    /// <summary>Ways to prove who we are in which no server, however it lies, gets the password itself over an open line or a prompt on our terminal.</summary>
    private const string Authentication = "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password,auth_gssapi_client,parsec";

    /// <summary>Strict, but zero dates and whatever else already lies in the database can be written back, and 0 is a key like any other.</summary>
    private const string SqlMode = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";

    public static void Run(MySqlHandle handle, MySqlAddress address, MySqlSession session)
    {
        SetOptions(handle.Pointer, address, session);
        fixed (byte* host = ToUtf8(address.Socket is null ? address.Host : "localhost"), user = ToUtf8(address.User),
            password = ToUtf8(address.Password), database = ToUtf8(address.Database), socket = ToUtf8(address.Socket))
        {
            var port = address.Socket is null ? (uint)address.Port : 0;
            if (MySqlNative.Connect(handle.Pointer, host, user, password, database, port, socket, FoundRows) == 0) throw Fail(handle, address);
        }

        if (address.Tls >= MySqlTls.Required && !handle.IsEncrypted)
        {
            throw handle.Fail(MySqlError.Tls, "HY000", "the server does not offer it");
        }

        handle.Execute(PinSql(session));
    }

    private static DbVcException Fail(MySqlHandle handle, MySqlAddress address)
    {
        var failure = handle.Fail();
        return MySqlError.NumberOf(failure) is MySqlError.DatabaseDenied or MySqlError.UnknownDatabase
            ? MySqlError.Missing(address, failure.InnerException) : failure;
    }

    private static void SetOptions(nint connection, MySqlAddress address, MySqlSession session)
    {
        Set(connection, MySqlOption.ConnectTimeout, Seconds(address.ConnectTimeout ?? session.ConnectTimeout));
        if (session.ReadTimeout > TimeSpan.Zero) Set(connection, MySqlOption.ReadTimeout, Seconds(session.ReadTimeout));
        if (session.WriteTimeout > TimeSpan.Zero) Set(connection, MySqlOption.WriteTimeout, Seconds(session.WriteTimeout));
        Set(connection, MySqlOption.Protocol, address.Socket is null ? ProtocolTcp : ProtocolSocket);
        Set(connection, MySqlOption.LocalInfile, session.CanLoad ? 1u : 0u);
        nuint packet = LargestPacket;
        _ = MySqlNative.SetOption(connection, MySqlOption.MaxAllowedPacket, &packet);
        Set(connection, MySqlOption.CharacterSet, "utf8mb4");
        Set(connection, MySqlOption.RestrictedAuthentication, Authentication);
        if (address.Tls == MySqlTls.Disabled) return;
        Set(connection, MySqlOption.UseTls, true);
        if (address.Tls != MySqlTls.Verified) return;
        if (address.AuthorityFile is { } file) Set(connection, MySqlOption.CertificateAuthority, RequireFile(file));
        Set(connection, MySqlOption.VerifyServerCertificate, true);
    }

    /// <summary>One statement, one round trip. What stands in <c>/*M! … */</c> only MariaDB knows, what stands in <c>/*!80000 … */</c> only MySQL.</summary>
    private static string PinSql(MySqlSession session) => string.Create(CultureInfo.InvariantCulture,
        $"""
        SET NAMES utf8mb4 COLLATE utf8mb4_general_ci, @@session.sql_mode='{SqlMode}', @@session.time_zone='+00:00', @@session.autocommit=1,
        /*M! @@session.tx_isolation='REPEATABLE-READ', @@session.tx_read_only=0, @@session.max_statement_time=0, @@session.idle_transaction_timeout=0,
        @@session.idle_readonly_transaction_timeout=0, @@session.idle_write_transaction_timeout=0, */
        /*!80000 @@session.transaction_isolation='REPEATABLE-READ', @@session.transaction_read_only=0, @@session.max_execution_time=0, */
        @@session.foreign_key_checks=1, @@session.unique_checks=1, @@session.sql_safe_updates=0, @@session.sql_big_selects=1,
        @@session.sql_select_limit=18446744073709551615, @@session.sql_auto_is_null=0, @@session.sql_quote_show_create=1,
        @@session.explicit_defaults_for_timestamp=1, @@session.lc_messages='en_US', @@session.lc_time_names='en_US',
        @@session.wait_timeout=86400, @@session.net_write_timeout=3600, @@session.net_read_timeout=3600,
        @@session.innodb_lock_wait_timeout={Seconds(session.LockTimeout)}, @@session.lock_wait_timeout={Seconds(session.LockTimeout)}
        """);

    private static uint Seconds(TimeSpan time) => (uint)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, 31_536_000);

    private static void Set(nint connection, MySqlOption option, uint value) => _ = MySqlNative.SetOption(connection, option, &value);

    private static void Set(nint connection, MySqlOption option, bool on)
    {
        byte value = on ? (byte)1 : (byte)0;
        _ = MySqlNative.SetOption(connection, option, &value);
    }

    private static void Set(nint connection, MySqlOption option, string text)
    {
        fixed (byte* bytes = ToUtf8(text)) _ = MySqlNative.SetOption(connection, option, bytes);
    }

    /// <summary>The library would silently trust the system's authorities instead of a file that is not there.</summary>
    private static string RequireFile(string file)
    {
        if (File.Exists(file)) return file;
        throw new DbVcException(FailureKind.Failed, "database.tls", $"There is no file of certificate authorities at '{file}'.", file, "Check the path.");
    }

    private static byte[]? ToUtf8(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text + "\0");
}
