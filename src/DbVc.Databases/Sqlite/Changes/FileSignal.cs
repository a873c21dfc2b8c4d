using System.Buffers.Binary;
using System.Globalization;

namespace DbVc.Databases;

/// <summary>
/// A text that is equal only where nothing in the database can have changed, read in a read transaction. It is made of
/// <list type="bullet">
/// <item>the main file's device, number, size and change time: another file put in its place, also by copying over it, differs in one of them,
/// and so does each write, a checkpoint's included;</item>
/// <item>with a rollback journal, the file change counter, which each commit counts up before it lets go of its lock. A crashed writer's journal is
/// rolled back by the reader before it reads the counter, so a half-written state is never seen;</item>
/// <item>with a write-ahead log, salts, number and checksum of the frames that the transaction sees. A log that begins anew, after a checkpoint,
/// has other salts; frames of a crashed writer lie behind those that count. VACUUM and a switch of the journal mode write the main file.</item>
/// </list>
/// The change time counts in steps of the system's clock: it proves nothing about writes in the step in which it was read, so a file that changed
/// just now has no signal.
/// </summary>
internal static class FileSignal
{
    private const int ChangeCounter = 24;
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(20);

    /// <summary>Null where nothing is proven.</summary>
    public static string? Read(SqliteHandle handle, bool isWal)
    {
        if (LiveFile.State(handle) is not { } file) return null;
        var age = DateTime.UtcNow - file.Changed;
        if (age < ClockStep) return null;
        Span<byte> header = stackalloc byte[100];
        LiveFile.Read(handle, 0, header);
        var log = isWal ? LogView.Read(handle) : LogView.None;
        if (log is null) return null;
        var counter = BinaryPrimitives.ReadUInt32BigEndian(header[ChangeCounter..]);
        return string.Create(CultureInfo.InvariantCulture, $"{(isWal ? 'w' : 'r')}{file.Device:x}.{file.Number:x}.{file.Size:x}.{file.Changed.Ticks:x}.")
            + string.Create(CultureInfo.InvariantCulture, $"{counter:x}.{log.Frames:x}.{log.Salt:x}.{log.Checksum:x}");
    }
}
