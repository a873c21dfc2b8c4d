using System.Globalization;

namespace DbVc.Store;

/// <summary>
/// Says that a process writes chunks: what gc condemns after the lease began stays until the lease ends. It is a locked file, so the
/// operating system ends the lease of a process that dies. The packs of its writers are named after it.
/// </summary>
internal sealed class Lease : IDisposable
{
    private const string Suffix = ".lease";

    private readonly FileStream _file;
    private readonly string _path;
    private int _packs;

    private Lease(FileStream file, string path, string id) => (_file, _path, Id) = (file, path, id);

    /// <summary>Begins the name of every pack that is written under this lease.</summary>
    public string Id { get; }

    /// <summary>Takes a lease that knows everything condemned up to <paramref name="generation"/>, or up to later: an older number only keeps more.</summary>
    public static Lease Take(string folder, long generation)
    {
        while (true)
        {
            var id = Guid.CreateVersion7().ToString("N");
            var path = Path.Combine(folder, $"{generation:x16}-{id}{Suffix}");
            try
            {
                var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0);
                // Between making and locking it, gc may have taken it for a dead one and removed it.
                if (File.Exists(path)) return new Lease(file, path, id);
                file.Dispose();
            }
            catch (IOException failure) when (FileLock.IsHeld(failure))
            {
                // Gc is looking at it; the next one has another name.
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw StoreFailure.FromIo(failure, path);
            }
        }
    }

    /// <summary>The leases of living processes; files of dead ones are removed.</summary>
    public static IReadOnlyList<(string Id, long Generation)> ListLiving(string folder)
    {
        var living = new List<(string, long)>();
        foreach (var path in Directory.GetFiles(folder, "*" + Suffix))
        {
            if (!IsHeld(path)) continue;
            var parts = Path.GetFileNameWithoutExtension(path).Split('-');
            var known = long.TryParse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var generation);
            living.Add((parts[^1], known ? generation : 0));
        }

        return living;
    }

    /// <summary>The name of a new pack.</summary>
    public string NextPack() => $"{Id}-{Interlocked.Increment(ref _packs):x}.pack";

    /// <summary>The lease under which a pack is or was written.</summary>
    public static string OwnerOf(string pack) => pack.Split('-', '.')[0];

    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Not locked any more, it counts as dead.
        }

        _file.Dispose();
    }

    /// <summary>Removes the file of a dead process while holding its lock, so that no living one can be meant.</summary>
    private static bool IsHeld(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0);
            File.Delete(path);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException failure) when (FileLock.IsHeld(failure))
        {
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.FromIo(failure, path);
        }
    }
}
