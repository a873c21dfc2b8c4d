using System.Runtime.InteropServices;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Loads MariaDB Connector/C once for the process.</summary>
internal static class MySqlLibrary
{
    private static readonly Lazy<bool> Loaded = new(Initialize);

    /// <summary>Throws <c>database.driver-missing</c> where the library is not installed.</summary>
    public static void Require() => _ = Loaded.Value;

    public static void RequireFile(string file)
    {
        if (NativeLibrary.TryLoad(file, out _)) return;
        throw new DbVcException(FailureKind.Failed, "database.driver-missing",
            $"MySQL and MariaDB are reached through MariaDB Connector/C, and '{file}' is not installed.", file, "Install it: apt install libmariadb3");
    }

    /// <summary>The library's own first call is not safe from several threads at once.</summary>
    private static bool Initialize()
    {
        RequireFile(MySqlNative.Library);
        if (MySqlNative.InitializeLibrary(0, 0, 0) == 0) return true;
        throw new DbVcException(FailureKind.Failed, "database.driver-failed", $"'{MySqlNative.Library}' cannot be initialized.");
    }
}
