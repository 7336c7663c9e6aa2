# Loads the official gem if it is installed, or else the client in this folder. The apps themselves require 'stytch'.

begin
  require 'stytch'
rescue LoadError
  $LOAD_PATH << File.join(__dir__, 'lib')
  require 'stytch'
end
