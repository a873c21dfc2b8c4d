using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Keeps the samples on which pipelines were tried, beside the store: files of rows, named by the hash of their bytes, which <c>purge</c> finds like other
/// files. A sample that is too large to be kept is not; evidence then cannot be made again from the commit alone.
/// </summary>
internal static class SampleShelf
{
    private const int MaxBytes = 2 * SourceSample.MaxBytes;

    /// <summary>Keeps a sample, once.</summary>
    public static void Keep(WorkspaceContext context, SourceSample sample)
    {
        var path = PathOf(context, sample.Hash);
        if (sample.Content.Length > MaxBytes || File.Exists(path)) return;
        Directory.CreateDirectory(context.Layout.Samples);
        WholeFile.Write(path, sample.Content.ToArray());
    }

    /// <summary>The file of a sample; null where it is not there, or is not what its name says.</summary>
    public static string? Find(WorkspaceContext context, Hash sample)
    {
        var path = PathOf(context, sample);
        return File.Exists(path) && Hash.Of(File.ReadAllBytes(path)) == sample ? path : null;
    }

    private static string PathOf(WorkspaceContext context, Hash sample) => Path.Combine(context.Layout.Samples, sample + ".sample");
}
