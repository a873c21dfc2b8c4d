using System.Runtime.InteropServices;
using DbVc.Model;

namespace DbVc.Commands;

/// <summary>
/// Becomes another program of db-vc: the process stays the same, with its streams, and so signals and the end of the client reach it. What only that
/// program needs is never loaded for any other command.
/// </summary>
internal static partial class OtherProgram
{
    /// <summary>Returns only by an exception.</summary>
    /// <param name="assembly">Beside this program.</param>
    /// <param name="argument">Its only one.</param>
    public static void Become(string assembly, string argument)
    {
        if (!File.Exists(assembly))
        {
            throw new DbVcException(FailureKind.Failed, "program.missing", $"{Path.GetFileName(assembly)} was not found.", assembly,
                "It belongs beside db-vc; in a checkout: ./dev publish");
        }

        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        _ = Execute(host, [host, assembly, argument, null]);
        throw new DbVcException(FailureKind.Failed, "program.failed", $"{host} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}.", host,
            "The .NET runtime is needed: https://dot.net");
    }

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string file, string?[] arguments);
}
