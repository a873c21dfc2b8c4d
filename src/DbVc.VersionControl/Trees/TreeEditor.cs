using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Applies a batch of edits to a tree, level by level: what changes on one level is a batch of edits to the level above.</summary>
internal static class TreeEditor
{
    public static TreeRoot Edit(IChunkWriter writer, TreeRoot root, IEnumerable<TreeEdit> ascending) =>
        root.IsEmpty ? Build(writer, ascending) : Edit(writer, root, leaves => Apply(leaves, CheckOrder(ascending)));

    /// <summary>Edits a tree that is not empty from its leaves up; <paramref name="editLeaves"/> is given the level of the leaves.</summary>
    public static TreeRoot Edit(IChunkWriter writer, TreeRoot root, Action<LevelEditor> editLeaves)
    {
        var rootNode = Node.Load(writer, root.Hash);
        var editor = new LevelEditor(writer, root.Hash, rootNode, 0);
        editLeaves(editor);
        editor.Finish();
        for (var level = 1; level <= rootNode.Level; level++)
        {
            editor.CloseLast();
            if (editor.ParentEdits.Count == 0) return root;
            var parents = new LevelEditor(writer, root.Hash, rootNode, level);
            Apply(parents, editor.ParentEdits);
            parents.Finish();
            editor = parents;
        }

        // Above the root there is nothing to edit: the nodes that took its place are the bottom of whatever is above now.
        if (!editor.Touched) return root;
        return editor.Region.Count == 1 ? Collapse(writer, editor.Region[0].Hash) : Stack(writer, rootNode.Level + 1, editor.Region);
    }

    private static void Apply(LevelEditor editor, IEnumerable<TreeEdit> ascending)
    {
        foreach (var edit in ascending) editor.Apply(edit);
    }

    private static TreeRoot Build(IChunkWriter writer, IEnumerable<TreeEdit> ascending)
    {
        var builder = new TreeBuilder(writer);
        foreach (var edit in CheckOrder(ascending))
        {
            if (edit.Value is { } value) builder.Add(edit.Key.Span, value.Span);
        }

        return builder.Finish();
    }

    private static TreeRoot Stack(IChunkWriter writer, int level, List<WrittenNode> nodes)
    {
        var stack = new NodeStack(writer, level);
        foreach (var node in nodes) stack.AddChild(node.LastKey, node.Hash, node.Rows);
        return stack.Finish();
    }

    /// <summary>A root with one child only is not a root that building would have made.</summary>
    private static TreeRoot Collapse(IChunkWriter writer, Hash hash)
    {
        for (var node = Node.Load(writer, hash); node is { Level: > 0, Count: 1 }; node = node.LoadChild(writer, 0)) hash = node.ChildHash(0);
        return new TreeRoot(hash);
    }

    private static IEnumerable<TreeEdit> CheckOrder(IEnumerable<TreeEdit> edits)
    {
        ReadOnlyMemory<byte>? last = null;
        foreach (var edit in edits)
        {
            if (last is { } key && edit.Key.Span.SequenceCompareTo(key.Span) <= 0)
            {
                throw new ArgumentException("Edits must come in strictly ascending order of key.", nameof(edits));
            }

            last = edit.Key;
            yield return edit;
        }
    }
}
