namespace DbVc.Benchmarks;

/// <summary>The sample shop as a small repository.</summary>
internal static class Shop
{
    public static string Create(Bench bench)
    {
        var folder = bench.NewFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Child.Root, "samples"))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        Child.Sqlite(folder, "shop.db", ".read shop.sql");
        Child.DbVc(folder, "init", "--database", "shop.db");
        return folder;
    }
}
