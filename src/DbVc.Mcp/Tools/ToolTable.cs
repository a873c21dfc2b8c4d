namespace DbVc.Mcp;

/// <summary>Every tool there is, by name. What is not here cannot be asked for: main, users, settings, history are no model's to change.</summary>
internal static class ToolTable
{
    public static IReadOnlyList<Tool> All { get; } = [.. ReadTools.All, .. HistoryTools.All, .. MetadataTools.All, .. WriteTools.All];

    public static Tool? Find(string name) => All.FirstOrDefault(tool => tool.Name == name);
}
