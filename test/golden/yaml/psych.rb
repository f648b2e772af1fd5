# Answers for tests what Ruby's Psych makes of values and texts: a JSON array on stdin, a line of JSON for each item on stdout.
require 'json'
require 'psych'

def value(item)
  case item
  when Hash
    item['map'].each_with_object(Psych::Omap.new) { |(key, entry), map| map[key] = value(entry) }
  when Array
    item.map { |entry| value(entry) }
  else
    item
  end
end

def tree(node)
  case node
  when Psych::Nodes::Scalar
    { text: node.value, tag: node.tag, quoted: node.quoted }
  when Psych::Nodes::Sequence
    { list: node.children.map { |child| tree(child) }, tag: node.tag }
  when Psych::Nodes::Mapping
    { pairs: node.children.each_slice(2).map { |pair| pair.map { |child| tree(child) } }, tag: node.tag }
  else
    { alias: true }
  end
end

def answer(item)
  ARGV[0] == 'dump' ? Psych.dump(value(item)) : Psych.parse_stream(item).children.map { |document| tree(document.root) }
rescue ArgumentError, Psych::SyntaxError
  nil
end

JSON.parse($stdin.read).each { |item| puts JSON.generate([answer(item)]) }
